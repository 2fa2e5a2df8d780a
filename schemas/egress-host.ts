/**
 * How an owner names a host that a script may reach: "example.com", "*.example.com" for its subdomains, an address
 * (IPv6 in brackets), each with ":8443" behind it for one port alone. Captures the star, the host and the port.
 */
export const EGRESS_HOST = /^(\*\.)?(\[[\da-f:.]+\]|[^\s:/?#@\\*[\]]+)(?::(\d{1,5}))?$/i;
