//! Reading on in a log from where a page ended.

/// A page of a boxed query that begins after a row of `table`, by its instant in the column `at` and its id. `after` is of
/// `http::paging`.
macro_rules! read_on {
    ($query:expr, $table:ident, $at:ident, $after:expr, $descending:expr) => {{
        let (at, last) = (jiff_diesel::Timestamp::from($after.at), $after.id);
        let same = $table::$at.eq(at);
        if $descending {
            let behind = $table::$at.lt(at).or(same.and($table::id.lt(last)));
            $query.filter($table::$at.le(at).and(behind))
        } else {
            let behind = $table::$at.gt(at).or(same.and($table::id.gt(last)));
            $query.filter($table::$at.ge(at).and(behind))
        }
    }};
}
pub(crate) use read_on;
