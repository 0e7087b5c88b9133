use dfns_protocol::Operation as _;
use dfns_protocol::Target;
use dfns_protocol::api::wallets::GetTransfer;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::input::Input;

/// Path parameters and query pairs come out of a URL parser as they went in, each path parameter in a segment of its
/// own, or are refused because no segment can hold them.
pub fn request_target(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (first, second) = (input.text().into_owned(), input.text().into_owned());
    let mut pairs = Vec::new();
    while !input.is_empty() && pairs.len() < 8 {
        pairs.push((input.text().into_owned(), input.text().into_owned()));
    }

    let mut target = Target::new();
    target.literal("/v2/policies/");
    let one = target.segment("one", &first);
    target.literal("/of/");
    let two = target.segment("two", &second);
    for (name, value) in &pairs {
        target.pair(name, value);
    }
    assert_eq!(one.is_ok(), holds(&first), "{first:?}");
    assert_eq!(two.is_ok(), holds(&second), "{second:?}");
    if one.is_ok() && two.is_ok() {
        let url = parse(target.as_str());
        assert_eq!(segments(&url), ["v2", "policies", &first, "of", &second]);
        let found: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(found, pairs);
        assert!(target.as_str().starts_with(target.path()) && !target.path().contains('?'));
    }

    let encoded = GetTransfer::new(&*first, &*second).encode();
    assert_eq!(encoded.is_ok(), holds(&first) && holds(&second));
    if let Ok(encoded) = encoded {
        let url = parse(encoded.target());
        assert_eq!(segments(&url), ["wallets", &first, "transfers", &second]);
        assert_eq!(url.query(), None);
    }
}

/// What a URL parser takes for a step to another segment, no segment can hold.
fn holds(value: &str) -> bool {
    !matches!(value, "" | "." | "..")
}

fn parse(target: &str) -> Url {
    assert!(target.is_ascii());
    let url = Url::parse(&format!("https://api.example{target}")).expect("a URL");
    assert_eq!(url.fragment(), None, "{target}");
    assert_eq!(url.host_str(), Some("api.example"));
    url
}

fn segments(url: &Url) -> Vec<String> {
    let segments = url.path_segments().expect("a path");
    let decoded = segments.map(|segment| percent_decode_str(segment).decode_utf8());
    decoded
        .map(|text| text.expect("UTF-8").into_owned())
        .collect()
}
