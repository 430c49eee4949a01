import { createPrivateKey } from 'node:crypto';
import { parsePrivateKey, type PrivateKey } from '../../src/index.ts';

/** The Ed25519 key of a seed (RFC 8032), by way of PKCS#8: RFC 8410 section 7 puts these 16 bytes before the seed. */
function ed25519Of(seed: string): PrivateKey {
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex');
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return parsePrivateKey(key.export({ type: 'pkcs8', format: 'pem' }).toString());
}

/** The keys of RFC 8032 section 7.1, tests 1 and 2. */
export const RFC_8032: { readonly a: PrivateKey; readonly b: PrivateKey } = {
  a: ed25519Of('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'),
  b: ed25519Of('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'),
};
