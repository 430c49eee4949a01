/**
 * Figures of the reference tool's own test bundles (sigstore/model-transparency, scripts/tests/v*): its key on P-384 and
 * signatures that its releases made, over statements in JSON with two spaces, as protobuf prints them.
 */
export const REFERENCE_KEY = `-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsu6rZGBTjxtvRWPMixT+3HyndV0J0Ybt
aHZUcO4DEK+OJHO/4e32bb/fbJKSpRgcBsIpKLcVijUomyFOERbd7u+BTPSUjGZD
Qq6J7lTvp/EAXQGOKxW9RP0MGX3qAkvi
-----END PUBLIC KEY-----
`;

/** How 1.1 names that key. */
export const REFERENCE_HINT = 'e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e';

/** What a release signed, with members in the order in which it printed them, and its signature. */
export interface ReferenceVector {
  readonly release: string;
  readonly statement: unknown;
  readonly sig: string;
  readonly hint: string | undefined;
}

const type = { _type: 'https://in-toto.io/Statement/v1' };
const predicateType = 'https://model_signing/signature/v1.0';
const algorithm = 'sha256';
const first = 'bc9a717db6064a32cbe9eae6fc40651dd6d36ef1757183f590eff2b1765d7ebc';
const second = '32dcb1f8e1ae52d5963e56a6ba06ab58b424c15ed2a6b70d2feca1d089370028';
const both = '92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4';

/** A folder with two files in two releases, and a model that is a single file. */
export const REFERENCE_VECTORS: readonly ReferenceVector[] = [
  {
    release: '1.1.0',
    statement: {
      ...type,
      subject: [{ name: 'v1.1.0-elliptic-key', digest: { sha256: both } }],
      predicateType,
      predicate: {
        resources: [
          { algorithm, name: 'signme-1', digest: first },
          { algorithm, name: 'signme-2', digest: second },
        ],
        serialization: {
          allow_symlinks: false,
          method: 'files',
          hash_type: 'sha256',
          ignore_paths: ['.git', 'model.sig', 'ignore-me', '.gitattributes', '.gitignore', '.github'],
        },
      },
    },
    sig: 'MGUCMQCVqSw64cBnPHqbyadq+OIgwQSg7WW8Mztp3dJ++atQsxzbtwafJJ164u7WEXmx5hECMBSiShuN7OTLec6wLXpHUjFIQA/hhiBCjSzM9Q2cIUZpDmv+tWs1AkNxstJDbNl0lQ==',
    hint: REFERENCE_HINT,
  },
  {
    release: '1.0.1',
    statement: {
      ...type,
      subject: [{ name: 'v1.0.1-elliptic-key', digest: { sha256: both } }],
      predicateType,
      predicate: {
        serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false },
        resources: [
          { algorithm, digest: first, name: 'signme-1' },
          { algorithm, digest: second, name: 'signme-2' },
        ],
      },
    },
    sig: 'MGUCMCY+xSOJ/caTdPTtCWQG+viwGMeGG4d1qXtwTRGreznTUjBoF6VLUkEj5GVD12gzMQIxAMJuAUgM4jpxys+lFerUvsUFUo4dwHenn280aUAbFSbHiK7casRq/MZw1M44l+/rYQ==',
    hint: undefined,
  },
  {
    release: '0.3.1',
    statement: {
      ...type,
      subject: [
        { name: 'signme-1', digest: { sha256: 'afa48c8674afe334b8a7dea34f7b46ab256e9255edf8da2132792341b667a45b' } },
      ],
      predicateType,
      predicate: {
        resources: [{ name: '.', algorithm, digest: first }],
        serialization: { allow_symlinks: false, hash_type: 'sha256', method: 'files' },
      },
    },
    sig: 'MGYCMQD2nr9T8bZmucwbmyxoJNdsUrAKWFs/A54RjEBLL0hOrR3LQyT8MzN9nUwdGvjcbZ4CMQDfc7wexavXbKzf5jlKBC4G4nNvSnegjGoYrcOTGYwIeobF+YGrVcFN7sD8JTVXiyI=',
    hint: undefined,
  },
];

/** What 0.2.0 signed in its own mistaken encoding. */
export const LEGACY_VECTOR: ReferenceVector = {
  release: '0.2.0',
  statement: {
    ...type,
    subject: [
      {
        name: 'signme-1',
        digest: { sha256: 'f6310066c7320497ea554260c32c43660bff648cb2a61194832cc086077085e1' },
        annotations: { actual_hash_algorithm: 'file-sha256' },
      },
      { name: 'signme-2', digest: { sha256: second }, annotations: { actual_hash_algorithm: 'file-sha256' } },
    ],
    predicateType: 'https://model_signing/Digests/v0.1',
    predicate: { unused: 'Unused, just passed due to API requirements' },
  },
  sig: 'MGUCMAysRHq/oMKQP5fwv6BIlHxKEK0kP3x2faOgaataFofFBDoO3Kq+3qMc2qEDcZTQAgIxAN2X9IrwZ7NzrffHMHJyTc2lLaaQI34p1IvnE+VSp2aYIkZlx5rPZWe1fvSd79EIig==',
  hint: undefined,
};
