// The functions that a script's SQL may call: those of SQLite that compute from their arguments alone.

const TEXT =
  "char concat concat_ws format glob hex instr length like lower ltrim octet_length printf quote replace rtrim soundex substr " +
  "substring trim unhex unicode unistr unistr_quote upper";
const VALUES =
  "abs changes coalesce if ifnull iif last_insert_rowid likelihood likely max min nullif random randomblob round sign total_changes " +
  "typeof unlikely zeroblob";
const MATHS =
  "acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow power radians " +
  "sin sinh sqrt tan tanh trunc";
const TIMES =
  "current_date current_time current_timestamp date datetime julianday strftime time timediff unixepoch";
const AGGREGATES =
  "avg count group_concat median percentile percentile_cont percentile_disc string_agg sum total";
const WINDOWS =
  "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number";
const JSON_FUNCTIONS =
  "-> ->> json json_array json_array_insert json_array_length json_error_position json_extract json_group_array json_group_object " +
  "json_insert json_object json_patch json_pretty json_quote json_remove json_replace json_set json_type json_valid jsonb jsonb_array " +
  "jsonb_array_insert jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch jsonb_remove " +
  "jsonb_replace jsonb_set";

/** By their names in lower case. */
export const SQL_FUNCTIONS: ReadonlySet<string> = new Set(
  `${TEXT} ${VALUES} ${MATHS} ${TIMES} ${AGGREGATES} ${WINDOWS} ${JSON_FUNCTIONS}`.split(" "),
);
