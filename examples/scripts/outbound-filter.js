// Type Script. Decides where a customer may call, by the prefix of the dialled number. The longest prefix that fits decides,
// so that an exception may be within a rule and a rule within the exception.
//
// Assign it to a termination route. Variables, the defaults of all customers in the script's assignment, and a customer's
// own exceptions in the variables of the customer:
//
//   [outbound]
//   default = "deny"
//   minDigits = 7
//   maxDigits = 15
//
//   [outbound.prefixes]
//   44 = "allow"
//   4490 = "deny"
//   449098 = "allow"
//   353 = "allow"

function main(data) {
  const { prefixes = {}, minDigits = 7, maxDigits = 15 } = data.outbound ?? {};
  const number = String(data.routing.dest_number ?? "").replace(/^(\+|00)/, "");
  if (!/^\d+$/.test(number) || number.length < minDigits) throw new Error("484 Address Incomplete");
  if (number.length > maxDigits) throw new Error("404 Number Too Long");

  let rule = data.outbound?.default ?? "allow";
  for (let length = 1; length <= number.length; length += 1) {
    rule = prefixes[number.slice(0, length)] ?? rule;
  }
  if (rule !== "allow") throw new Error("603 Destination Blocked");
  return data;
}
