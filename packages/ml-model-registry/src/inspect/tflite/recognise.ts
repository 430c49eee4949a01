/** `TFL3`, where FlatBuffers have the name of their schema. */
const IDENTIFIER = [0x54, 0x46, 0x4c, 0x33];

/** Whether the content is a model of TFLite, by its first bytes. */
export function isTflite(head: Uint8Array): boolean {
  return head.length >= 8 && IDENTIFIER.every((byte, index) => head[4 + index] === byte);
}
