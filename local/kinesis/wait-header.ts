/** A header of ours: GetRecords waits this long for a record before it answers that there is none. */
export const waitHeader = 'x-tidegate-wait-ms';
