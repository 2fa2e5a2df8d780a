// How much one mail or SMS may be. No imports: every isolate carries this file.

/** Recipients of a mail, over all of its fields. */
export const MAX_RECIPIENTS = 50;
/** Largest subject, text and HTML of a mail together, in bytes. */
export const MAX_MAIL_BYTES = 500_000;
/** Longest subject, in characters. */
export const MAX_SUBJECT = 998;
/** Longest SMS, in characters. */
export const MAX_SMS = 160;
