// Type Script. Refuses numbers that asked not to be called, and marks every other call as checked.

const DO_NOT_CALL = ["447700900999", "442079460999"];

function main(data) {
  if (DO_NOT_CALL.includes(data.routing.dest_number)) {
    throw new Error("604 Number on DNC List");
  }
  data.routing.headers = data.routing.headers || [];
  data.routing.headers.push({ key: "X-ScriptForge", value: "checked" });
  return data;
}
