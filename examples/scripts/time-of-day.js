// Type Script. Lets calls through in opening hours only.
//
// Hours are local: "offset" is the time zone's distance from UTC in hours, 5.5 for India, -4 for New York in summer. "9-21"
// means from 9:00 until 20:59; hours that end before they begin go on after midnight; "" means closed all day.
//
// Assign it to a termination route or a DID. Variables:
//
//   [schedule]
//   offset = 1
//   week = "9-21"
//   weekend = "10-18"
//   closed = ["2026-12-25", "2026-12-26"]
//   reason = "480 Closed"

function main(data) {
  const { offset = 0, week = "0-24", weekend = week, closed = [] } = data.schedule ?? {};
  const seconds = data.routing.start_time ?? Date.now() / 1_000;
  // Read as UTC, this says the local time.
  const local = new Date((seconds + offset * 3_600) * 1_000);
  const isWeekend = local.getUTCDay() === 0 || local.getUTCDay() === 6;
  const isHoliday = closed.includes(local.toISOString().slice(0, 10));
  if (isHoliday || !isWithin(isWeekend ? weekend : week, local.getUTCHours())) {
    throw new Error(data.schedule?.reason ?? "480 Closed");
  }
  return data;
}

function isWithin(hours, hour) {
  if (hours === "") return false;
  const [from, to] = hours.split("-").map(Number);
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}
