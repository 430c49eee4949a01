/** The last of TFLite's own operators whose number is known (`STABLEHLO_CASE`). */
const LAST_BUILTIN = 209;
/** `CUSTOM`: the operator is told by its name. */
export const CUSTOM = 32;
/** From here on the number stands in a field of its own, since a byte can't hold it. */
export const PLACEHOLDER = 127;

/** `DELEGATE` and `STABLEHLO_CUSTOM_CALL` hand over to what the program has; `PLACEHOLDER_FOR_GREATER_OP_CODES` is none. */
const others: ReadonlySet<number> = new Set([51, PLACEHOLDER, 173]);

/** Custom operators that TFLite and MediaPipe bring themselves. All of them compute. */
const custom: ReadonlySet<string> = new Set([
  'Atan2',
  'AudioSpectrogram',
  'AvgPool3D',
  'Convolution2DTransposeBias',
  'HashtableFind',
  'HashtableImport',
  'HashtableSize',
  'HashtableV2',
  'IRFFT2D',
  'MaxPool3D',
  'MaxPoolingWithArgmax2D',
  'MaxUnpooling2D',
  'Mfcc',
  'Multinomial',
  'Numeric_Verify',
  'RandomStandardNormal',
  'RandomUniform',
  'RFFT2D',
  'Roll',
  'Sign',
  'Table',
  'TFLite_Detection_PostProcess',
]);

/** Before the name of an operator of TensorFlow, which the Flex delegate runs. */
const FLEX = 'Flex';

/** Whether the number is that of an operator of TFLite that computes. */
export function isBuiltin(number: number): boolean {
  return number >= 0 && number <= LAST_BUILTIN && number !== CUSTOM && !others.has(number);
}

/** Whether a custom operator is known to compute. */
export function isKnownCustom(name: string): boolean {
  return custom.has(name);
}

/** The operator of TensorFlow that a custom operator stands for; `undefined` when it is of another kind. */
export function flexOperator(name: string): string | undefined {
  return name.startsWith(FLEX) && name !== FLEX ? name.slice(FLEX.length) : undefined;
}
