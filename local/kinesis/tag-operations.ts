import { invalidArgument, invalidRequest } from './kinesis-error.ts';
import type { Kinesis, Operation } from './operation.ts';
import { type Input, list, object, optionalInteger, optionalText, text } from './request-input.ts';
import type { Stream } from './stream.ts';

const tagsMax = 50;

/** Tags as an object of texts; none where they are not given. */
export function readTags(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const tags = Object.entries(object(value, 'Tags'));
  const wrong = tags.find(([, text]) => typeof text !== 'string');
  if (wrong) throw invalidRequest(`the tag ${wrong[0]} must have a text as its value`);
  return Object.fromEntries(tags) as Record<string, string>;
}

function addTags(stream: Stream, added: unknown): void {
  const tags = { ...stream.state().tags, ...readTags(added) };
  if (Object.keys(tags).length > tagsMax) throw invalidArgument(`a stream has at most ${tagsMax} tags`);
  stream.change({ ...stream.state(), tags });
}

function removeTags(stream: Stream, keys: unknown[]): void {
  const left = Object.entries(stream.state().tags).filter(([key]) => !keys.includes(key));
  stream.change({ ...stream.state(), tags: Object.fromEntries(left) });
}

const views = (stream: Stream) =>
  Object.entries(stream.state().tags)
    .map(([Key, Value]) => ({ Key, Value }))
    .toSorted((a, b) => (a.Key < b.Key ? -1 : 1));

const listTagsForStream: Operation = ({ store }, input) => {
  const limit = optionalInteger(input, 'Limit', { min: 1, max: tagsMax }) ?? tagsMax;
  const after = optionalText(input, 'ExclusiveStartTagKey') ?? '';
  const rest = views(store.find(input)).filter((tag) => tag.Key > after);
  return { Tags: rest.slice(0, limit), HasMoreTags: rest.length > limit };
};

const ofResource = ({ store }: Kinesis, input: Input): Stream =>
  store.find({ StreamARN: text(input, 'ResourceARN') });

export const tagOperations: Record<string, Operation> = {
  AddTagsToStream: ({ store }, input) => addTags(store.find(input), input.Tags),
  RemoveTagsFromStream: ({ store }, input) => removeTags(store.find(input), list(input, 'TagKeys')),
  ListTagsForStream: listTagsForStream,
  TagResource: (kinesis, input) => addTags(ofResource(kinesis, input), input.Tags),
  UntagResource: (kinesis, input) => removeTags(ofResource(kinesis, input), list(input, 'TagKeys')),
  ListTagsForResource: (kinesis, input) => ({ Tags: views(ofResource(kinesis, input)) }),
};
