// A long text that a library answers with. It travels as it is: to write it as JSON takes the gateway 10 ms a megabyte, in
// which it answers no call.

/** The script's side gets the members of `head`, and `bytes` as the text of a member `text`. */
export class Payload {
  readonly head: object;
  readonly bytes: Buffer;

  constructor(head: object, bytes: Buffer) {
    this.head = head;
    this.bytes = bytes;
  }
}
