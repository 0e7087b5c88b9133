use super::description::description;
use super::operation::Operation;

/// Where a request leads.
pub(crate) enum Routed {
    /// To this operation; path parameters decoded, in the order of the template.
    Operation(&'static Operation, Vec<(&'static str, String)>),
    /// The path exists, for these methods only.
    OtherMethods(Vec<&'static str>),
    /// Nothing is there.
    Nowhere,
    /// The path holds a percent-encoding that is not one, or not UTF-8.
    Malformed,
}

/// Path templates, those with fixed segments further left before those with parameters there.
pub(crate) struct Routes(Vec<Route>);

struct Route {
    operation: usize,
    segments: Vec<Segment>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Fixed(String),
    Parameter(String),
}

impl Routes {
    pub(super) fn of(operations: &[Operation]) -> Self {
        let mut routes: Vec<_> = operations.iter().enumerate().map(Route::of).collect();
        routes.sort_by(|a, b| a.segments.cmp(&b.segments));
        Self(routes)
    }
}

impl Route {
    fn of((operation, o): (usize, &Operation)) -> Self {
        let segments = o.path.split('/').skip(1).map(|s| {
            match s.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
                Some(name) => Segment::Parameter(name.to_owned()),
                None => Segment::Fixed(s.to_owned()),
            }
        });
        Self {
            operation,
            segments: segments.collect(),
        }
    }

    fn matches(&self, path: &[String]) -> bool {
        self.segments.len() == path.len()
            && self
                .segments
                .iter()
                .zip(path)
                .all(|(segment, given)| match segment {
                    Segment::Fixed(text) => text == given,
                    Segment::Parameter(_) => !matches!(given.as_str(), "" | "." | ".."),
                })
    }
}

/// Finds the operation of a raw path (as on the wire, without the query).
pub(crate) fn route(method: &str, raw_path: &str) -> Routed {
    let Some(rest) = raw_path.strip_prefix('/') else {
        return Routed::Nowhere;
    };
    let decoded: Option<Vec<String>> = rest.split('/').map(decode_segment).collect();
    let Some(path) = decoded else {
        return Routed::Malformed;
    };
    let description = description();
    let mut template = None;
    let mut others = Vec::new();
    for route in description.routes.0.iter().filter(|r| r.matches(&path)) {
        // Of several templates that match, the first is the most specific: only its methods count,
        // save that a fixed segment without this method lets a parameter in its place have it.
        let operation = &description.operations[route.operation];
        if operation.method == method {
            let values = route
                .segments
                .iter()
                .zip(&path)
                .filter_map(|(s, given)| match s {
                    Segment::Parameter(name) => Some((name.as_str(), given.clone())),
                    Segment::Fixed(_) => None,
                });
            return Routed::Operation(operation, values.collect());
        }
        if *template.get_or_insert(&operation.path) == &operation.path {
            others.push(operation.method.as_str());
        }
    }
    if others.is_empty() {
        Routed::Nowhere
    } else {
        Routed::OtherMethods(others)
    }
}

/// Percent-decodes one segment (RFC 3986, section 2.1). `None` when an escape is cut short or the bytes
/// are not UTF-8.
pub(crate) fn decode_segment(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::{Routed, decode_segment, route};

    fn id(method: &str, path: &str) -> Option<String> {
        match route(method, path) {
            Routed::Operation(operation, _) => Some(operation.id.clone()),
            _ => None,
        }
    }

    #[test]
    fn a_fixed_segment_wins_over_a_parameter() {
        assert_eq!(
            id("GET", "/wallets/all/history").as_deref(),
            Some("listOrgWalletHistory")
        );
        assert_eq!(
            id("GET", "/wallets/wa-1/history").as_deref(),
            Some("getWalletHistory")
        );
        assert_eq!(
            id("GET", "/wallets/bulk-create").as_deref(),
            Some("listBulkWalletJobs")
        );
        assert_eq!(
            id("PUT", "/wallets/bulk-create").as_deref(),
            Some("updateWallet")
        );
    }

    #[test]
    fn no_other_form_of_a_path_is_taken_for_it() {
        for path in [
            "wallets",
            "/wallets/",
            "//wallets",
            "/wallets/..",
            "/wallets//assets",
            "/",
            "*",
            "",
        ] {
            assert_eq!(id("GET", path), None, "{path}");
        }
        assert!(matches!(route("GET", "/wallets/%zz"), Routed::Malformed));
        assert!(matches!(route("GET", "/wallets/%ff"), Routed::Malformed));
        assert!(
            matches!(route("PATCH", "/wallets"), Routed::OtherMethods(m) if m == ["GET", "POST"])
        );
    }

    #[test]
    fn segments_are_decoded_after_they_are_split() {
        assert_eq!(decode_segment("a%2Fb%20c").as_deref(), Some("a/b c"));
        let Routed::Operation(_, values) = route("GET", "/wallets/a%2Fb") else {
            panic!("no route")
        };
        assert_eq!(values, [("walletId", "a/b".to_owned())]);
    }
}
