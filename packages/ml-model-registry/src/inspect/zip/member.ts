/** A member of a zip archive, as its directory has it and its own header confirms. */
export interface ZipMember {
  readonly name: string;
  readonly isFolder: boolean;
  readonly method: 'stored' | 'deflated' | 'other';
  readonly isEncrypted: boolean;
  /** Bytes of its content. */
  readonly size: number;
  /** Bytes that it takes in the archive. */
  readonly packed: number;
  readonly crc: number;
  /** Where its entry in the directory is, for findings. */
  readonly entryAt: number;
  /** Where its own header begins. */
  readonly headerAt: number;
  /** Where its content begins. */
  readonly dataAt: number;
}

/** What the directory has of a member before its own header was read. */
export type ZipEntry = Omit<ZipMember, 'dataAt'> & {
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly methodNumber: number;
  /** Bytes of its extra field: a first guess of how long that of its own header is. */
  readonly extraLength: number;
};
