/** An instant as it sorts in a key: to the minute, since steps begin on whole minutes. */
export const minuteText = (at: number): string => new Date(at).toISOString().slice(0, 16);

export const minuteOf = (text: string): number => Date.parse(`${text}Z`);
