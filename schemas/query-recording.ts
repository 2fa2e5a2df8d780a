// A query builder's calls, written down in the isolate and made again on a real builder behind it. No imports: every isolate
// carries this file.

/** A method's name and its arguments. */
export type RecordedCall = [method: string, args: Recorded[]];

/** A builder: what it begins with, and what is called on it. `raw` and `ref` begin with their own arguments. */
export type Recording = { root: "query" | "raw" | "ref"; args: Recorded[]; calls: RecordedCall[] };

/** An argument. A callback is what it did to the builder that it was given. */
export type Recorded =
  | { value: string | number | boolean | null }
  | { list: Recorded[] }
  | { entries: [name: string, value: Recorded][] }
  | { callback: RecordedCall[] }
  | { builder: Recording };

const WHERE = [
  "where andWhere orWhere whereNot andWhereNot orWhereNot whereRaw andWhereRaw orWhereRaw whereWrapped orWhereWrapped",
  "whereExists orWhereExists whereNotExists orWhereNotExists whereIn orWhereIn whereNotIn orWhereNotIn",
  "whereNull orWhereNull whereNotNull orWhereNotNull whereBetween andWhereBetween orWhereBetween",
  "whereNotBetween andWhereNotBetween orWhereNotBetween whereLike andWhereLike orWhereLike",
  "whereColumn andWhereColumn orWhereColumn whereNotColumn",
].join(" ");
const HAVING = [
  "having andHaving orHaving havingRaw andHavingRaw orHavingRaw havingWrapped orHavingWrapped",
  "havingExists orHavingExists havingNotExists orHavingNotExists havingIn orHavingIn havingNotIn orHavingNotIn",
  "havingNull orHavingNull havingNotNull orHavingNotNull havingBetween orHavingBetween havingNotBetween orHavingNotBetween",
].join(" ");
const JOIN = [
  "join innerJoin leftJoin leftOuterJoin rightJoin rightOuterJoin fullOuterJoin crossJoin joinRaw",
  "on andOn orOn onIn andOnIn orOnIn onNotIn andOnNotIn orOnNotIn onNull andOnNull orOnNull onNotNull andOnNotNull orOnNotNull",
  "onVal andOnVal orOnVal onBetween andOnBetween orOnBetween onNotBetween andOnNotBetween orOnNotBetween",
  "onExists andOnExists orOnExists onNotExists andOnNotExists orOnNotExists using",
].join(" ");
const SELECT = [
  "select column columns distinct from table into as with withRecursive groupBy groupByRaw orderBy orderByRaw",
  "union unionAll intersect except offset limit first pluck count countDistinct min max sum sumDistinct avg avgDistinct",
  "clear clearSelect clearWhere clearGroup clearOrder clearHaving clearCounters",
].join(" ");
const WRITE = "insert update del delete returning onConflict merge ignore increment decrement";

/** The methods that a script may call on builders and in callbacks: none leads to a connection, an event or the builder's insides. */
export const BUILDER_METHODS: readonly string[] =
  `${WHERE} ${HAVING} ${JOIN} ${SELECT} ${WRITE}`.split(" ");
/** Those of `raw`. */
export const RAW_METHODS: readonly string[] = ["as", "wrap"];
/** Those of `ref`. */
export const REF_METHODS: readonly string[] = ["as", "withSchema"];
