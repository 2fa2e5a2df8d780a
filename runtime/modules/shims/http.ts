// Stands in for `http` inside an isolate, for scripts and for all modules but itself.

import native from "node:http";
import { ClientRequest } from "./client-request.ts";
import type { RequestArguments } from "./request-arguments.ts";

function request(...args: RequestArguments): ClientRequest {
  return new ClientRequest(...args);
}

function get(...args: RequestArguments): ClientRequest {
  return request(...args).end();
}

export const http = { ...native, ClientRequest, request, get };
