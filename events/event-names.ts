/** The attributes of an event that the lake has columns for, and its data. */
export const eventNames = [
  'id',
  'source',
  'subject',
  'type',
  'time',
  'specversion',
  'dataversion',
  'datacontenttype',
  'dataschema',
  'data',
] as const;

/** Where each of them stands in that list, as `JsonSlices` asks for them. */
export const eventPlaces = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
