/** Version of this package, for snapshot records. Kept equal to package.json by a test. */
export const TOOL_VERSION = '0.0.0';
