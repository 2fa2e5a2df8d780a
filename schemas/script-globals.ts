// What type Script finds in its global scope by name: the language, and of the web what neither waits nor reaches beyond
// the isolate nor keeps anything. What a new workerd brings stays out until it is put here.

const ERRORS =
  "Error AggregateError EvalError RangeError ReferenceError SuppressedError SyntaxError TypeError URIError";
const BINARY =
  "ArrayBuffer DataView Float16Array Float32Array Float64Array Int8Array Int16Array Int32Array BigInt64Array " +
  "Uint8Array Uint8ClampedArray Uint16Array Uint32Array BigUint64Array";
const LANGUAGE =
  "Infinity NaN undefined globalThis isFinite isNaN parseFloat parseInt " +
  "decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape eval " +
  "Array BigInt Boolean Date DisposableStack AsyncDisposableStack Function Intl Iterator JSON Map Math Number Object " +
  "Promise Proxy Reflect RegExp Set String Symbol Temporal WeakMap WeakSet";
const WEB =
  "DOMException TextDecoder TextEncoder URL URLPattern URLSearchParams atob btoa structuredClone";

/** Those of the engine. `console`, `process`, `self`, `crypto` and `performance` are put in by the prelude. */
export function scriptGlobals(): ReadonlySet<PropertyKey> {
  return new Set(`${LANGUAGE} ${ERRORS} ${BINARY} ${WEB}`.split(" "));
}
