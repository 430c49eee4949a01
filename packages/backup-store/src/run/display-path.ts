const SLASH = 47;

/** A path for people and JSON: text, and the bytes in base64 where the text does not say them. */
export function displayPath(path: Uint8Array): { path: string; pathBase64?: string } {
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  const text = bytes.toString('utf8');
  // Only text with a replacement character can differ from its bytes.
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes)) return { path: text };
  return { path: text, pathBase64: bytes.toString('base64') };
}

/** `folder/name`, where either may be empty. */
export function joinPath(folder: Uint8Array, name: Uint8Array): Buffer {
  if (folder.length === 0) return Buffer.from(name);
  if (name.length === 0) return Buffer.from(folder);
  const end = folder[folder.length - 1] === SLASH ? folder.length : folder.length + 1;
  const path = Buffer.allocUnsafe(end + name.length);
  path[end - 1] = SLASH;
  path.set(folder);
  path.set(name, end);
  return path;
}
