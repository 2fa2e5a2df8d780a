// Isolates that stay put the data of a call right themselves: their code is compiled by then.

export { putRight, sentHeadersIn } from "../../../schemas/put-right.ts";
