// Before the page is drawn, so that it does not flash: the colours that somebody chose over the system's.
{
  const theme = localStorage.getItem("scriptforge-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}
