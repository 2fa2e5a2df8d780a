// Stands in for `https` inside an isolate, for scripts and for all modules but itself.

import http from "node:http";
import native from "node:https";
import { readArguments, type RequestArguments } from "./request-arguments.ts";

function request(...args: RequestArguments): http.ClientRequest {
  const { options, onResponse } = readArguments(args);
  // The one of the module that stands in for `http`.
  return new http.ClientRequest({ ...options, _defaultAgent: https.globalAgent }, onResponse);
}

function get(...args: RequestArguments): http.ClientRequest {
  return request(...args).end();
}

export const https = { ...native, request, get };
