// A failure behind a library that has an HTTP status.

/** Told to the script as an Error with this message and `status`. A Fault is told without a status. */
export class LibraryError extends Error {
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.name = "LibraryError";
    this.status = status;
  }
}
