/** Sizes and times of the local web UI, in one place. Tests hand in smaller times. */

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 64 * 1024;
/** Longest request target, in bytes. */
export const MAX_TARGET_BYTES = 2 * 1024;
/** Longest request head (request line and header fields), in bytes. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** Most header fields of one request. */
export const MAX_HEADER_FIELDS = 64;
/** Open connections; one browser opens at most six to one host. */
export const MAX_CONNECTIONS = 64;

/** Times of one connection, in milliseconds. */
export interface ConnectionTimes {
  /** Without a first byte; browsers open connections ahead of need. Longer than a hidden tab's minute between two beats. */
  idleMs: number;
  /** From the first byte of a request to its last. */
  requestMs: number;
  /** From the last byte of a request to the last byte of its answer; longer than any call to the authority. */
  answerMs: number;
}

export const CONNECTION_TIMES: ConnectionTimes = { idleMs: 75_000, requestMs: 10_000, answerMs: 180_000 };
