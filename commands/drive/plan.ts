import { type DrawStream, drawStream, drawUnit, shuffle } from './draw.ts';
import type { Fleet } from './fleet.ts';
import { conflict, type Fault, faults, type Item } from './wire.ts';

export type PostKind = 'single' | 'batch' | 'report';

/** One request. A post that is sent again is the same object, so its body is the same to the byte. */
export interface Post {
  number: number;
  kind: PostKind;
  gzip: boolean;
  /** Says nothing of what it is but `application/json`. */
  plainJson: boolean;
  items: Item[];
}

export interface PlanMix {
  /** Of the distinct events: how many more are sent a second time. */
  duplicates: number;
  /** Of the distinct events: how many faulty ones stand beside them. */
  faulty: number;
}

/** The stated mix. An account reports one way for some minutes, then by lot another. */
export const mix = {
  /** Of the accounts, in a round. */
  single: 0.1,
  batch: 0.4,
  report: 0.5,
  roundMinutes: 5,
  /** An edge server's report of many accounts. */
  reportEventsMax: 400,
  batchEventsMax: 400,
  /** Repeats and faulty events beside the events of one post: with them it stays within the contract's 1,000. */
  besideMax: 500,
  /** Of the posts. */
  gzip: 0.5,
  plainJson: 0.2,
  /** Of the posts: held back for one to six rounds, so that they come out of order. */
  heldBack: 0.05,
  heldRoundsMax: 6,
} as const;

const purpose = { kind: 11, order: 12 };

interface Round {
  fleet: Fleet;
  /** First minute and the one after the last. */
  from: number;
  to: number;
  draws: DrawStream;
}

/**
 * Every post of the drive in the order in which it is sent, made as it is asked for. Each report of the fleet
 * stands in at least one of them; closing events are `closingPosts`.
 *
 * Duplicates come in three ways, a third each: a whole post sent once more (at once, beside the first, or rounds
 * later), an event of any earlier time in another post, and an event twice in its own post.
 */
export function* planPosts(fleet: Fleet, plan: PlanMix): Generator<Post> {
  const { seed, minutes } = fleet.shape;
  const draws = drawStream(seed, purpose.order);
  let held: { post: Post; due: number }[] = [];
  let number = 0;

  for (let from = 0; from < minutes; from += mix.roundMinutes) {
    const round: Round = { fleet, from, to: Math.min(from + mix.roundMinutes, minutes), draws };
    const later = () => from + (1 + draws.below(mix.heldRoundsMax)) * mix.roundMinutes;
    const groups = shuffle([...groupRound(round)], draws);
    for (const { kind, ordinals } of groups) {
      const items = shuffle(itemsOf(ordinals, round, plan), draws);
      const post = wrap(kind, [...items, ...conflictOf(items, plan, draws)], number++, draws);
      if (draws.unit() < mix.heldBack) held.push({ post, due: later() });
      else yield post;
      if (draws.unit() >= plan.duplicates / 3) continue;
      if (draws.unit() < 0.5) yield post;
      else held.push({ post, due: later() });
    }
    for (const items of singlesBeside(groups, round, plan)) yield wrap('single', items, number++, draws);
    for (const { post, due } of held) if (due <= from) yield post;
    held = held.filter(({ due }) => due > from);
  }
  for (const { post } of held) yield post;
}

/** The closing events of all accounts, as reports. */
export function* closingPosts(fleet: Fleet): Generator<Post> {
  const { accounts } = fleet.shape;
  for (let from = 0; from < accounts; from += mix.reportEventsMax) {
    const count = Math.min(mix.reportEventsMax, accounts - from);
    const items = Array.from({ length: count }, (_, offset) => ({
      ordinal: fleet.closingOrdinal(from + offset),
    }));
    yield { number: from, kind: 'report', gzip: false, plainJson: false, items };
  }
}

interface Group {
  kind: PostKind;
  ordinals: number[];
}

/** A round's reports, grouped as they will be posted. */
function* groupRound({ fleet, from, to }: Round): Generator<Group> {
  const { accounts, devices, seed } = fleet.shape;
  const reporting: number[] = [];
  for (let account = 0; account < accounts; account++) {
    const lot = drawUnit(seed, purpose.kind, account, from);
    if (lot >= mix.single + mix.batch) {
      reporting.push(account);
      continue;
    }
    const ordinals: number[] = [];
    for (let device = 0; device < devices; device++) {
      for (let minute = from; minute < to; minute++) ordinals.push(fleet.ordinalOf(account, device, minute));
    }
    if (lot < mix.single) for (const ordinal of ordinals) yield { kind: 'single', ordinals: [ordinal] };
    else yield* chunks('batch', ordinals, mix.batchEventsMax);
  }
  // An edge server reports minute by minute, whatever accounts it has seen.
  for (let minute = from; minute < to; minute++) {
    const ordinals = reporting.flatMap((account) =>
      Array.from({ length: devices }, (_, device) => fleet.ordinalOf(account, device, minute)),
    );
    yield* chunks('report', ordinals, mix.reportEventsMax);
  }
}

function* chunks(kind: PostKind, ordinals: number[], max: number): Generator<Group> {
  for (let from = 0; from < ordinals.length; from += max)
    yield { kind, ordinals: ordinals.slice(from, from + max) };
}

/** An event of the plan up to this round's end, by lot: it has been sent, or soon will be. */
const anyUpTo = ({ fleet, to, draws }: Round): number =>
  fleet.ordinalOf(draws.below(fleet.shape.accounts), draws.below(fleet.shape.devices), draws.below(to));

/** The events of a post with what stands beside them: repeats, events of other posts, faulty ones. */
function itemsOf(ordinals: number[], round: Round, plan: PlanMix): Item[] {
  const { draws } = round;
  if (ordinals.length === 1) return [{ ordinal: ordinals[0] as number }];
  const items: Item[] = [];
  for (const [index, ordinal] of ordinals.entries()) {
    items.push({ ordinal });
    if (items.length - index > mix.besideMax) continue;
    if (draws.unit() < plan.duplicates / 3) items.push({ ordinal });
    if (draws.unit() < plan.duplicates / 3) items.push({ ordinal: anyUpTo(round) });
    if (draws.unit() < plan.faulty) items.push({ ordinal, fault: faultByLot(round, 'beside others') });
  }
  return items;
}

/** Beside single posts the same things come as single posts of their own. */
function* singlesBeside(groups: Group[], round: Round, plan: PlanMix): Generator<Item[]> {
  const { draws } = round;
  for (const { ordinals } of groups) {
    if (ordinals.length > 1) continue;
    if (draws.unit() < (plan.duplicates * 2) / 3) yield [{ ordinal: anyUpTo(round) }];
    if (draws.unit() < plan.faulty)
      yield [{ ordinal: ordinals[0] as number, fault: faultByLot(round, 'alone') }];
  }
}

function faultByLot({ fleet, draws }: Round, stands: 'alone' | 'beside others'): Fault {
  const isSum = fleet.shape.meter.field !== undefined;
  const fitting = faults.filter(
    (fault) => (isSum || !fault.ofQuantity) && (stands === 'beside others' || !fault.neverAlone),
  );
  return fitting[draws.below(fitting.length)] as Fault;
}

/** A post of several may end with an event that contradicts its first good one. */
function conflictOf(items: Item[], { faulty }: PlanMix, draws: DrawStream): Item[] {
  const contradicted = items.find((item) => item.fault === undefined);
  if (items.length < 2 || contradicted === undefined || draws.unit() >= faulty * 10) return [];
  return [{ ordinal: contradicted.ordinal, fault: conflict }];
}

const wrap = (kind: PostKind, items: Item[], number: number, draws: DrawStream): Post => ({
  number,
  kind,
  items,
  gzip: items.length > 1 && draws.unit() < mix.gzip,
  plainJson: draws.unit() < mix.plainJson,
});
