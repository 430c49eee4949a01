const encoder = new TextEncoder();

/**
 * What DSSE signs in place of a payload: its Pre-Authentication Encoding (DSSE v1.0.0, protocol.md, "Signature
 * Definition"), `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`. The lengths, in bytes, keep a type and a body from
 * being read as another pair, and the type keeps what was signed for one purpose from passing for another.
 *
 * Most users never need this: `signEnvelope` and `verifyEnvelope` use it.
 *
 * @example
 * ```ts
 * import { preAuthEncoding } from '@x/integrity';
 *
 * const bytes = preAuthEncoding('http://example.com/HelloWorld', new TextEncoder().encode('hello world'));
 * console.log(new TextDecoder().decode(bytes)); // DSSEv1 29 http://example.com/HelloWorld 11 hello world
 * ```
 */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const type = encoder.encode(payloadType);
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `);
  const all = new Uint8Array(head.length + payload.length);
  all.set(head);
  all.set(payload, head.length);
  return all;
}
