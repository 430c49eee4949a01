/** A tensor of both versions whose weights are not all the same. */
export interface MovedTensor {
  readonly name: string;
  /** The type of its elements as the format calls it, in lower case. */
  readonly type: string;
  readonly shape: readonly (number | null)[];
  /** Bytes that it takes, and how many of them are others now. */
  readonly bytes: number;
  readonly changedBytes: number;
  /** How far its numbers moved; absent where the type is none whose numbers stand in the file as they are (quantised, floats of 8 bits). */
  readonly movement?: Movement | undefined;
}

/** How far the numbers of a tensor moved. Numbers that are infinite or none on one side count in `notFinite` alone. */
export interface Movement {
  readonly elements: number;
  /** How many are others now. */
  readonly changed: number;
  /** The length of the way: the L2 norm of the difference. */
  readonly distance: number;
  /** `distance` beside the L2 norm of the weights before; `null` where these were all 0. */
  readonly relative: number | null;
  /** The largest difference of one number. */
  readonly largest: number;
  readonly notFinite: number;
}

/** A tensor that is not the same kind of thing in both versions. */
export interface ReshapedTensor {
  readonly name: string;
  /** `f32 [10, 3]`; absent where the version has none of this name. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** A tensor of both versions, of the same type and shape, whose numbers can't be read in one of them. */
export interface UnreadTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | null)[];
  /** Why, in a sentence without its dot: `its numbers are in another file`. */
  readonly reason: string;
}

/** How far the weights of two versions are apart. */
export interface WeightsDiff {
  /** `digest`: the format of one of them has no tensors, so only that the files differ is known. */
  readonly by: 'tensors' | 'digest';
  /** Why, where it is `digest`. */
  readonly note?: string | undefined;
  /** Tensors that are the same in both, byte for byte. */
  readonly same: number;
  /** Those of the same type and shape that differ; those that moved most for their size first. */
  readonly moved: readonly MovedTensor[];
  /** Those that only one version has, or whose type or shape differ. */
  readonly reshaped: readonly ReshapedTensor[];
  /** Those of the same type and shape of which it is not known whether they moved, and why. */
  readonly unknown: readonly UnreadTensor[];
  /** Over all numbers that were compared; absent where there were none. */
  readonly total?: Movement | undefined;
}
