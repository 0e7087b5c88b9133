//! Which base URLs are accepted, and what becomes of them.

use dfns_protocol::BaseUrl;

#[test]
fn https_and_loopback_are_accepted() {
    for (given, kept) in [
        ("https://api.dfns.io", "https://api.dfns.io"),
        ("https://api.dfns.io/", "https://api.dfns.io"),
        ("HTTPS://api.dfns.io:8443//", "https://api.dfns.io:8443"),
        ("https://gw.example/a/b-c/", "https://gw.example/a/b-c"),
        ("http://localhost:8787", "http://localhost:8787"),
        ("http://LocalHost", "http://LocalHost"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.255.0.9", "http://127.255.0.9"),
        ("http://[::1]:8080/p", "http://[::1]:8080/p"),
    ] {
        assert_eq!(BaseUrl::parse(given).unwrap().as_str(), kept);
    }
}

#[test]
fn everything_else_is_refused_with_the_reason() {
    for (given, reason) in [
        ("", "https://"),
        ("api.dfns.io", "https://"),
        ("ftp://api.dfns.io", "https://"),
        ("http://api.dfns.io", "loopback"),
        ("http://127.0.0.1.evil.example", "loopback"),
        ("http://localhost.evil.example", "loopback"),
        ("http://[::2]", "loopback"),
        ("http://0.0.0.0", "loopback"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("https://a b", "host"),
        ("https://host:port", "host"),
        ("https://host:99999", "host"),
        ("https://[::1", "host"),
        ("https://[nonsense]", "host"),
        ("https://host\r\nx: y", "host"),
        ("https://user:hunter2@host", "user name"),
        ("https://host?x=1", "query"),
        ("https://host/p#f", "fragment"),
        ("https://host/a/../b", "prefix"),
        ("https://host/a//b", "prefix"),
        ("https://host/%2e%2e/b", "prefix"),
        ("https://host/ü", "prefix"),
    ] {
        let error = BaseUrl::parse(given).unwrap_err().to_string();
        assert!(error.contains(reason), "{given:?}: {error}");
        assert!(
            !error.contains("hunter2"),
            "the URL may hold a password: {error}"
        );
    }
}
