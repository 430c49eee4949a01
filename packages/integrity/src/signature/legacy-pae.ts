const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x09, String.raw`\t`],
  [0x0a, String.raw`\n`],
  [0x0d, String.raw`\r`],
  [0x5c, '\\\\'],
]);

const APOSTROPHE = 0x27;
const QUOTE = 0x22;

/**
 * What model signing 0.2 signed by mistake: `DSSEV1` with a capital V, and in place of the payload's bytes the text that Python
 * prints for them (`b'…'`). It still binds the same payload, so version 1 of the reference tool goes on to accept it.
 */
export function legacyEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEV1 ${payloadType.length} ${payloadType} ${payload.length} `;
  return new TextEncoder().encode(head + printedByPython(payload));
}

/** `repr` of Python's bytes: in apostrophes, or in quotes if there are apostrophes and no quotes among the bytes. */
function printedByPython(bytes: Uint8Array): string {
  const around = bytes.includes(APOSTROPHE) && !bytes.includes(QUOTE) ? '"' : "'";
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const printed = text.replaceAll(/[^ -~]|[\\']/g, (sign) => {
    if (sign === "'") return around === "'" ? String.raw`\'` : sign;
    const code = sign.charCodeAt(0);
    return ESCAPES.get(code) ?? String.raw`\x${code.toString(16).padStart(2, '0')}`;
  });
  return `b${around}${printed}${around}`;
}
