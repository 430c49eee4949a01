import type { AnyAlgorithm } from '../src/index.ts';

/** One published input and what must come out. */
export interface Vector {
  readonly algorithm: AnyAlgorithm;
  readonly source: string;
  readonly input: Uint8Array;
  readonly hex: string;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** The input of the BLAKE3 project's vectors: 0, 1, …, 250 over and over. */
function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

/** The input of xxHash's self-test: the top bytes of a running 64-bit product. */
function xxhashBytes(length: number): Uint8Array {
  let product = 2_654_435_761n;
  return Uint8Array.from({ length }, () => {
    const top = Number(product >> 56n);
    product = BigInt.asUintN(64, product * 11_400_714_785_074_694_797n);
    return top;
  });
}

const fromText: readonly (readonly [AnyAlgorithm, string, string, string])[] = [
  ['sha256', 'FIPS 180-4', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['sha256', 'FIPS 180-4', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'sha256',
    'FIPS 180-4',
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [
    'sha512',
    'FIPS 180-4',
    'abc',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
  [
    'blake2b',
    'RFC 7693, appendix A',
    'abc',
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  ],
  ['crc32', 'the CRC catalogue, check value', '123456789', 'cbf43926'],
  ['crc32', 'the CRC catalogue', '', '00000000'],
  ['sha1', 'RFC 3174', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['md5', 'RFC 1321', '', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['md5', 'RFC 1321', 'message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
];

const blake3: readonly (readonly [number, string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [1023, '10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  [2049, '5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030'],
  [4097, '9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995'],
  [7169, 'a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817'],
];

const xxh3: readonly (readonly [number, string])[] = [
  [0, '99aa06d3014798d86001c324468d497f'],
  [1, 'a6cd5e9392000f6ac44bdff4074eecdb'],
  [6, '082afe0b8162d12a3e7039bdda43cfc6'],
  [12, '6e3efd8fc7802b18061a192713f69ad9'],
  [24, '0ce966e4678d37611e7044d28b1b901d'],
  [48, 'a002ac4e5478227ef942219aed80f67b'],
  [81, '4952f58181ab00425e8bafb9f95fb803'],
  [222, '337e09641b948717f1aebd597cec6b3a'],
  [403, '1b6de21e332dd73dcdeb804d65c6dea4'],
  [2048, 'f736557fd47073a5dd59e2c3a5f038e0'],
  [2367, 'e89c0f6ff369b427cb37aeb9e5d361ed'],
];

/** Vectors of the standards themselves or of the algorithms' authors. */
export const officialVectors: readonly Vector[] = [
  ...fromText.map(([algorithm, source, input, hex]) => ({ algorithm, source, input: text(input), hex })),
  ...blake3.map(([length, hex]) => ({
    algorithm: 'blake3' as const,
    source: `the BLAKE3 project, ${length} bytes`,
    input: countingBytes(length),
    hex,
  })),
  ...xxh3.map(([length, hex]) => ({
    algorithm: 'xxh3-128' as const,
    source: `the xxHash project's self-test, ${length} bytes`,
    input: xxhashBytes(length),
    hex,
  })),
];
