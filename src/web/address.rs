//! Addresses of our own pages.

/// A page with these parameters.
pub fn address(page: &str, pairs: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") }
}
