import { expect, test } from 'vitest';
import { type RootLabel, subkey, type TenantLabel } from '../../src/keyring/subkeys.ts';
import { Tenant } from '../../src/keyring/tenant.ts';
import { counting, tenantOf } from '../fixtures/sealing.ts';

const KEY = counting(32);

// Computed by another program, with HKDF-SHA-256, an empty salt and the info "holdfast/key/<label>".
test.each<[RootLabel | TenantLabel | 'slot', string]>([
  ['config', '1e31ad8df076cc46d86d6f6729a51b1d6fe602aaacf9876b2089490ca1fae6df'],
  ['keyring', '24d222a04885fd10ea8a596ef33c14f504ad54122c192e60da1e8987bba2363c'],
  ['id', '9c4c3be39295eff250a718f708e03f31c3c1b2c51550b7c2a1c7913a5bd15de4'],
  ['gear', 'ffcb5f0ce944d95e3e27d90126e04d489c25777b3d9624db27664e4dded00318'],
  ['index', 'bcc1b5983d73b63dce644d7829ae632a8996f2e82bbe547fa6c19482a1ff8de2'],
  ['meta', 'e759fd100d6701610d602d97b80b3669b04ec510069bd3d4bf167ffb07004fbc'],
  ['session', '3d0b82f14dc81f0b835dc7cbb0a2eea2e5dd6b62406b5c5a8835758efa8a6936'],
  ['key-id', '8237f14b8cb797667b898d42c7c65068e0f5ab69d1d54dc51c330bfe59c00688'],
  ['checks', '3a2594296f116f00bfdb7a2b5275d504328d36b42848660216567d8b635ee57b'],
  ['erased', '05ae9bbdd21325d15c455a6409724efa027ed861c0b93c68f0f0b355f3b91ca0'],
  ['pack/0', '9a217a850f1160c7a667ba2d987b2a15c2bb4f2bd4fe15c57277858f1a7d1a8b'],
  ['pack/7', '2c106852a4c5240bfe65e233628db168d96ec21a4db468a224bdfa1546147a60'],
  ['slot', '4b133f15fed3a6b7bae001180a1d75ccfabb9c01125663f5226165904843a237'],
])('the subkey %s of a known key is frozen', (label, hex) => {
  expect(subkey(KEY, label).toString('hex')).toBe(hex);
});

test('a tenant derives its subkeys from its own key', () => {
  const tenant = new Tenant({ ...tenantOf().record, key: KEY.toString('base64') });
  expect(tenant.subkey('pack/7').toString('hex')).toMatch(/^2c106852/);
  expect(tenant.subkey('pack/7')).toBe(tenant.subkey('pack/7'));
  expect(tenant.idKey.export().toString('hex')).toMatch(/^9c4c3be3/);
  expect(tenant.keyId).toBe('8237f14b8cb79766');
});

test('two tenants have nothing in common', () => {
  const [one, other] = [tenantOf('one'), tenantOf('other')];
  expect(one.label).not.toBe(other.label);
  expect(one.keyId).not.toBe(other.keyId);
  expect(one.subkey('id').equals(other.subkey('id'))).toBe(false);
  expect(one.keeperKey.equals(other.keeperKey)).toBe(false);
});
