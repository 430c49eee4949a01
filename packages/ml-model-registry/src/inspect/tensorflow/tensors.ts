import type { Inspection } from '../contract.ts';
import type { TensorInfo } from '../inspection.ts';
import { messageOf, messagesOf, numberOf } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { elementType } from './element-types.ts';

/** A shape; none when its rank is not known. */
function shapeOf(shape: PbMessage | undefined): readonly (number | null)[] {
  return messagesOf(shape, 'dim').map((dimension) => {
    const size = numberOf(dimension, 'size');
    return size < 0 ? null : size;
  });
}

/** A tensor that is not here: an input, an output, a variable. */
export function describedTensor(
  name: string,
  of: { readonly type: number; readonly shape?: PbMessage | undefined },
): TensorInfo {
  return { name, type: elementType(of.type)?.name ?? 'unknown', shape: shapeOf(of.shape) };
}

/**
 * Looks at a tensor with its elements: that it has as many bytes as its shape says. One element may stand for all; then the shape decides how much
 * memory loading takes, so that is limited.
 */
export function inspectTensor(
  tensor: PbMessage,
  place: { readonly inspection: Inspection; readonly name: string },
): TensorInfo {
  const { inspection, name } = place;
  const number = numberOf(tensor, 'dtype');
  const type = elementType(number);
  const shape = shapeOf(messageOf(tensor, 'tensor_shape'));
  if (type === undefined) {
    inspection.find('UNSUPPORTED', `Expected a known type of elements of ${quoted(name)}, got ${number}`, tensor.at);
    return { name, type: 'unknown', shape };
  }
  const described = { name, type: type.name, shape };
  const elements = shape.reduce<number>((all, size) => all * (size ?? Number.NaN), 1);
  if (!Number.isSafeInteger(elements)) {
    inspection.find('MALFORMED', `Expected a shape of whole numbers of ${quoted(name)}, got another`, tensor.at);
    return described;
  }
  if (type.bytes === 0) return described;
  const bytes = elements * type.bytes;
  const content = tensor.fields.get('tensor_content')?.at(-1);
  if (content?.kind === 'span' && content.length > 0) {
    if (content.length !== bytes) {
      const message = `Expected ${bytes} bytes of ${quoted(name)} by its shape, got ${content.length}`;
      inspection.find('MALFORMED', message, content.at);
    }
    return { ...described, offset: content.at, bytes };
  }
  if (bytes > tensor.length && bytes > inspection.limits.held) {
    const message = `Expected the elements of ${quoted(name)}, got ${bytes} bytes that nobody wrote`;
    inspection.find('LIMIT_EXCEEDED', message, tensor.at);
  }
  return { ...described, bytes };
}
