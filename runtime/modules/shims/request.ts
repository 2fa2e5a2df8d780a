// Stands in for the package `request` as helpscout-2.0 uses it: that one is deprecated, and larger than all else there.

type Options = { url: string; method: string; headers?: Record<string, string>; body?: string };
type Response = { statusCode: number; headers: Record<string, string>; body: string };
type Callback = (error: unknown, response?: Response, body?: string) => void;

export async function request({ url, ...init }: Options, callback: Callback): Promise<void> {
  let response: Response;
  try {
    response = await fetchWhole(url, init);
  } catch (error) {
    callback(error);
    return;
  }
  callback(null, response, response.body);
}

async function fetchWhole(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const headers = Object.fromEntries(response.headers);
  return { statusCode: response.status, headers, body: await response.text() };
}
