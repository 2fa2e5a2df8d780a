// Type Driver. Buys and returns numbers at a provider with a REST API of this shape:
//
// GET    /v1/numbers/available?prefix=4420  {"numbers": [{"number", "city", "monthly"}]}
// POST   /v1/numbers/{number}               201 {"number", "order", "monthly"}, 409 where it is gone
// DELETE /v1/numbers/{number}               204, 404 where it is not ours
// GET    /v1/numbers?page=1                 {"numbers": [{"number"}], "pages"}
//
// Assign it to the DID driver of a carrier. In the mode "test" it buys and returns nothing, and says so.
// Variables of its environment: PROVIDER_URL and PROVIDER_TOKEN, which is to be protected.

const axios = require("axios");

const isTest = process.env.DRIVER_MODE === "test";
const provider = axios.create({
  baseURL: process.env.PROVIDER_URL,
  headers: { authorization: `Bearer ${process.env.PROVIDER_TOKEN}` },
  timeout: 8_000,
  // Each function judges the status itself.
  validateStatus: () => true,
});

async function search({ number }) {
  const prefix = String(number ?? "").replace(/\D/g, "");
  const { numbers } = await ask("get", "/v1/numbers/available", { params: { prefix } });
  return numbers.map(({ number: did, city, monthly }) => ({ did, city, monthly }));
}

async function allocate({ did }) {
  if (isTest) return { did, reference: "test", monthly: 0 };
  const { order, monthly } = await ask("post", `/v1/numbers/${encodeURIComponent(did)}`);
  return { did, reference: order, monthly };
}

async function release({ did }) {
  if (isTest) return true;
  const { status } = await provider.delete(`/v1/numbers/${encodeURIComponent(did)}`);
  // One that is not ours any more is released.
  return status === 204 || status === 404;
}

async function list() {
  const all = [];
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const answer = await ask("get", "/v1/numbers", { params: { page } });
    all.push(...answer.numbers.map(({ number }) => ({ did: number })));
    pages = answer.pages;
  }
  return all;
}

async function ask(method, url, options) {
  const { status, data } = await provider.request({ method, url, ...options });
  if (status < 300) return data;
  throw new Error(`The provider answered ${status}: ${data?.error ?? "without a reason"}`);
}

module.exports = { search, allocate, release, list };
