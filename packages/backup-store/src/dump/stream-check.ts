import type { ByteReader } from './byte-reader.ts';

/** Checks content of any length while it passes. */
export interface StreamCheck {
  /** Takes the next piece, whose memory may be used again once this has returned, or its promise is settled. */
  readonly push: (piece: Buffer) => void | Promise<void>;
  /** @returns What was found. @throws {DumpFlaw} What is wrong, or can't be told. */
  readonly end: () => string | Promise<string>;
}

/** Gives a check all that is left. @returns What was found. @throws {DumpFlaw} What it throws. */
export async function checkAll(reader: ByteReader, check: StreamCheck): Promise<string> {
  for (let piece = await reader.piece(); piece !== undefined; piece = await reader.piece()) await check.push(piece);
  return await check.end();
}
