/** Closes what is stored so that nobody else can change it, and opens what is found: `signedFlags` makes one. */
export interface FlagSeal {
  /** @throws {FlagError} `UNTRUSTED_FLAGS` by whoever can only read. */
  close(content: Uint8Array): Uint8Array;
  /** @throws {FlagError} `UNTRUSTED_FLAGS` where nobody who is trusted vouches for it. */
  open(content: Uint8Array): Uint8Array;
}

/** Everything as it is. */
export const NO_SEAL: FlagSeal = { close: (content) => content, open: (content) => content };
