// A SOAP service that quotes prices, as the `soap` package serves it, document style with literal encoding.

import { IncomingMessage, type Server } from "node:http";
import soap, { type IServices } from "soap";
import { z } from "zod";

const SOAP_PATH = "/quotes";

/** Serves the service on `server`, which listens. The service's own path is its, all others stay with who had them. */
export async function serveSoap(server: Server, origin: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    soap.listen(server, {
      path: SOAP_PATH,
      services: SERVICES,
      xml: wsdlAt(`${origin}${SOAP_PATH}`),
      // A fault would tell where in our own files it was made.
      suppressStack: true,
      callback: (error: unknown) => {
        if (error instanceof Error) reject(error);
        else resolve();
      },
    });
  });
}

const QuoteArgs = z.object({ destination: z.string(), minutes: z.coerce.number() });

/** An element's text, with or without attributes beside it. */
const Text = z
  .string()
  .or(z.object({ $value: z.string() }).transform(({ $value }) => $value))
  .optional();

/** What of a request's SOAP header the service looks at. */
const SeenHeaders = z.object({
  Tenant: z.unknown().optional(),
  Security: z
    .object({
      UsernameToken: z.object({ Username: z.string(), Password: Text, Nonce: Text, Created: Text }),
    })
    .optional(),
});
/** What an operation gets: its arguments, a callback, the SOAP header and the request. */
const Call = z
  .tuple([z.unknown(), z.unknown(), z.unknown(), z.instanceof(IncomingMessage)])
  .rest(z.unknown());

type UsernameToken = NonNullable<z.infer<typeof SeenHeaders>["Security"]>["UsernameToken"];

/** The password as it came, or whether its digest is that of "secret". */
function tellPassword({ Password = "none", Nonce, Created = "" }: UsernameToken): string {
  if (Nonce === undefined) return Password;
  return soap.passwordDigest(Nonce, Created, "secret") === Password
    ? "right digest"
    : "wrong digest";
}

const SERVICES: IServices = {
  QuoteService: {
    QuotePort: {
      GetQuote: (args: unknown) => {
        const { destination, minutes } = QuoteArgs.parse(args);
        if (destination === "nowhere") {
          throw {
            Fault: {
              faultcode: "soap:Client",
              faultstring: 'No route to "nowhere"',
              detail: { reason: { code: 404 } },
              statusCode: 500,
            },
          };
        }
        const price = destination.length * 0.5 * minutes;
        return { destination, price, legs: [{ trunk: "a" }, { trunk: "b & c" }] };
      },
      WhoAmI: (...call: unknown[]) => {
        const [, , headers, request] = Call.parse(call);
        const { Tenant, Security } = SeenHeaders.parse(headers ?? {});
        const token = Security?.UsernameToken;
        return {
          authorization: request.headers.authorization ?? "none",
          tenant: Tenant === undefined ? "none" : JSON.stringify(Tenant),
          username: token?.Username ?? "none",
          password: token ? tellPassword(token) : "none",
          mine: String(request.headers["x-mine"] ?? "none"),
        };
      },
    },
  },
};

function wsdlAt(location: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="Quotes" targetNamespace="urn:quotes" xmlns:tns="urn:quotes"
  xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<wsdl:types>
  <xsd:schema targetNamespace="urn:quotes" elementFormDefault="qualified">
    <xsd:element name="GetQuote"><xsd:complexType><xsd:sequence>
      ${text("destination")}<xsd:element name="minutes" type="xsd:int"/>
    </xsd:sequence></xsd:complexType></xsd:element>
    <xsd:complexType name="Leg"><xsd:sequence>${text("trunk")}</xsd:sequence></xsd:complexType>
    <xsd:element name="GetQuoteResponse"><xsd:complexType><xsd:sequence>
      ${text("destination")}<xsd:element name="price" type="xsd:double"/>
      <xsd:element name="legs" type="tns:Leg" minOccurs="0" maxOccurs="unbounded"/>
    </xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="WhoAmI"><xsd:complexType/></xsd:element>
    <xsd:element name="WhoAmIResponse"><xsd:complexType><xsd:sequence>
      ${["authorization", "tenant", "username", "password", "mine"].map(text).join("")}
    </xsd:sequence></xsd:complexType></xsd:element>
  </xsd:schema>
</wsdl:types>
${["GetQuote", "GetQuoteResponse", "WhoAmI", "WhoAmIResponse"].map(message).join("\n")}
<wsdl:portType name="QuotePortType">${["GetQuote", "WhoAmI"].map(operation).join("")}</wsdl:portType>
<wsdl:binding name="QuoteBinding" type="tns:QuotePortType">
  <soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>
  ${["GetQuote", "WhoAmI"].map(boundOperation).join("")}
</wsdl:binding>
<wsdl:service name="QuoteService">
  <wsdl:port name="QuotePort" binding="tns:QuoteBinding"><soap:address location="${location}"/></wsdl:port>
</wsdl:service>
</wsdl:definitions>`;
}

function text(name: string): string {
  return `<xsd:element name="${name}" type="xsd:string"/>`;
}

function message(name: string): string {
  return `<wsdl:message name="${name}"><wsdl:part name="parameters" element="tns:${name}"/></wsdl:message>`;
}

function operation(name: string): string {
  return `<wsdl:operation name="${name}"><wsdl:input message="tns:${name}"/><wsdl:output message="tns:${name}Response"/></wsdl:operation>`;
}

function boundOperation(name: string): string {
  return `<wsdl:operation name="${name}"><soap:operation soapAction="urn:quotes/${name}"/><wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>`;
}
