// Templates of an account: what its mails, SMS and pages look like, with places for variables.

import { z } from "zod";
import { countText } from "./count-text.ts";
import { isStorable } from "./storable.ts";
import {
  MAX_RENDERED_PART,
  MAX_TEMPLATE_NAME,
  MAX_TEMPLATE_PART,
  MAX_TEMPLATE_VARS,
} from "./template-limits.ts";

export const TemplateName = z
  .string()
  .max(MAX_TEMPLATE_NAME, `A template's name has at most ${MAX_TEMPLATE_NAME} characters`)
  .regex(
    /^[A-Za-z0-9][\w.-]*$/,
    "A template's name has letters, digits, dots, hyphens and underscores, and begins with a letter or a digit",
  )
  .meta({ description: "As scripts name it", example: "alert" });

/** What a template has, each a source of Handlebars. */
export const TEMPLATE_PARTS = ["subject", "text", "html", "sms"] as const;
export type TemplatePart = (typeof TEMPLATE_PARTS)[number];

/** "" for a part that there is not. */
export type TemplateParts = Record<TemplatePart, string>;

const Part = z
  .string()
  .max(MAX_TEMPLATE_PART, `A part of a template has at most ${MAX_TEMPLATE_PART} characters`)
  .refine(isStorable, "A template has neither half characters nor NUL")
  .default("");

export const PutTemplate = z
  .strictObject({
    subject: Part.meta({ description: "Of mails" }),
    text: Part.meta({ description: "Plain text: what is put in stays as it is" }),
    html: Part.meta({ description: "HTML: what is put in with two braces is escaped" }),
    sms: Part.meta({ description: "Plain text" }),
  })
  .refine(
    (parts) => TEMPLATE_PARTS.some((part) => parts[part] !== ""),
    "Give the template a subject, text, html or sms",
  )
  .meta({ id: "PutTemplate", description: "Sources of Handlebars, for each part that there is" });
export type PutTemplate = z.infer<typeof PutTemplate>;

export const Template = z
  .strictObject({
    name: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    sms: z.string(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "Template", description: "A template of the account" });
export type Template = z.infer<typeof Template>;

export const TemplateSummary = z
  .strictObject({ name: z.string(), updatedAt: z.iso.datetime() })
  .meta({ id: "TemplateSummary" });
export type TemplateSummary = z.infer<typeof TemplateSummary>;

/** JSON text of an object of variables. */
export const TemplateVars = z
  .string()
  .refine(
    (text) => Buffer.byteLength(text) <= MAX_TEMPLATE_VARS,
    `The variables of a template have at most ${countText(MAX_TEMPLATE_VARS)} bytes of JSON`,
  );

/** What a template makes. */
export const RenderedTemplate = z.strictObject({
  subject: z.string().max(MAX_RENDERED_PART),
  text: z.string().max(MAX_RENDERED_PART),
  html: z.string().max(MAX_RENDERED_PART),
  sms: z.string().max(MAX_RENDERED_PART),
});
