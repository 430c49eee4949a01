/**
 * Whether a run of tests may take its time, as those of the night do. Else tests of something that is done at each of many places
 * (a process killed at each write, a schedule for each of many seeds) do it at a sample of them.
 */
export const IS_THOROUGH: boolean = process.env['HOLDFAST_THOROUGH'] !== undefined;
