const LINE_END = '\r\n';
/** A replica's commands are short; what is longer is no replica. */
const MOST_BYTES = 64 * 1024;

/** Reads the commands of a connection in pieces (Redis serialization protocol, arrays of bulk strings). */
export class ReplicaCommands {
  #rest: Buffer = Buffer.alloc(0);

  /** The commands that are there in full. @throws {Error} For what is none. */
  push(piece: Buffer): string[][] {
    this.#rest = Buffer.concat([this.#rest, piece]);
    if (this.#rest.length > MOST_BYTES) throw new Error('Expected the commands of a replica, got something longer');
    const commands: string[][] = [];
    for (let found = this.#next(); found !== undefined; found = this.#next())
      if (found.length > 0) commands.push(found);
    return commands;
  }

  #next(): string[] | undefined {
    const count = this.#line(0);
    if (count === undefined) return undefined;
    // While a replica loads, it sends single line breaks to say that it is alive.
    if (!count.text.startsWith('*'))
      return this.#taken(count.end, count.text.trim() === '' ? [] : count.text.trim().split(' '));
    const words: string[] = [];
    let at = count.end;
    for (let left = Number(count.text.slice(1)); left > 0; left--) {
      const size = this.#line(at);
      if (size === undefined) return undefined;
      const end = size.end + Number(size.text.slice(1));
      if (this.#rest.length < end + LINE_END.length) return undefined;
      words.push(this.#rest.toString('latin1', size.end, end));
      at = end + LINE_END.length;
    }
    return this.#taken(at, words);
  }

  #taken(end: number, words: string[]): string[] {
    this.#rest = this.#rest.subarray(end);
    return words;
  }

  #line(from: number): { readonly text: string; readonly end: number } | undefined {
    const end = this.#rest.indexOf('\n', from);
    return end < 0 ? undefined : { text: this.#rest.toString('latin1', from, end).trimEnd(), end: end + 1 };
  }
}
