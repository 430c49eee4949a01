import { malformed } from '../structure-error.ts';
import type { Dictionary } from './dictionary.ts';
import type { Input } from './input.ts';
import { type LzmaProperties, lzmaProperties, LzmaState } from './lzma-state.ts';
import { RangeDecoder } from './range-decoder.ts';

/** Chunks of LZMA2: each says what is kept from the one before, how much comes out (up to 2 MiB), and how much goes in. */
export function* lzma2(input: Input, dictionary: Dictionary): Generator<Uint8Array, void> {
  let state: LzmaState | undefined;
  let properties: LzmaProperties | undefined;
  for (let control = input.u8(); control !== 0; control = input.u8()) {
    const at = input.at - 1;
    if (control < 0x80) {
      if (control > 2) throw malformed('Expected a chunk of LZMA2, got another byte', at);
      if (control === 1) dictionary.reset();
      for (const byte of input.take(input.big(2) + 1)) dictionary.put(byte);
      yield dictionary.taken();
      continue;
    }
    const size = (control & 0x1f) * 2 ** 16 + input.big(2) + 1;
    const packed = input.big(2) + 1;
    const reset = (control >> 5) & 3;
    if (reset === 3) dictionary.reset();
    if (reset >= 2) properties = lzmaProperties(input.u8(), at);
    if (reset >= 1 && properties !== undefined) state = new LzmaState(properties);
    if (state === undefined) throw malformed('Expected a first chunk with its properties, got one without', at);
    const from = input.at;
    const ended = state.decode(new RangeDecoder(input), dictionary, size);
    if (ended || state.isWithin || input.at !== from + packed)
      throw malformed('Expected a chunk of the size that it names, got another', at);
    yield dictionary.taken();
  }
}
