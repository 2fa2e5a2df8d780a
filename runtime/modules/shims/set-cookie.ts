/** The values of several Set-Cookie headers that were joined by ", ". The comma of a date is followed by no name and "=". */
export function splitCookies(joined: string): string[] {
  return joined.split(/, (?=[^;,=\s]+=)/);
}
