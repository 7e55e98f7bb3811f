//! Reading on in a log from where a page ended.

/// A page of a boxed query that begins after a row of `table`, by its instant and id. `after` is of `http::paging`.
macro_rules! read_on {
    ($query:expr, $table:ident, $after:expr, $descending:expr) => {{
        let (at, last) = (jiff_diesel::Timestamp::from($after.at), $after.id);
        let same = $table::created_at.eq(at);
        if $descending {
            let behind = $table::created_at.lt(at).or(same.and($table::id.lt(last)));
            $query.filter($table::created_at.le(at).and(behind))
        } else {
            let behind = $table::created_at.gt(at).or(same.and($table::id.gt(last)));
            $query.filter($table::created_at.ge(at).and(behind))
        }
    }};
}
pub(crate) use read_on;
