/** One computation under way. Neither call is made after `finish`. */
export interface Engine {
  update(bytes: Uint8Array): void;
  finish(): Uint8Array;
}
