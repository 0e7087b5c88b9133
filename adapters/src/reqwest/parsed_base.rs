use dfns_protocol::{Context, Request};
use reqwest::Url;

/// The context's base URL, parsed: of an URL it is the host that takes long to parse, and that is always the same.
pub(super) struct ParsedBase {
    url: Option<Url>,
    /// The length of `https://host:port` in the text.
    origin: usize,
}

impl ParsedBase {
    pub(super) fn new(context: &Context) -> Self {
        let text = context.base_url().as_str();
        let authority = text.find("://").map_or(0, |end| end + 3);
        let path = text[authority..].find('/');
        Self {
            url: Url::parse(text).ok(),
            origin: path.map_or(text.len(), |path| authority + path),
        }
    }

    /// The URL of a request of the same context.
    pub(super) fn url(&self, request: &Request) -> Result<Url, <Url as std::str::FromStr>::Err> {
        let (Some(mut url), Some(target)) = (self.url.clone(), request.url().get(self.origin..))
        else {
            return request.url().parse();
        };
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        url.set_path(path);
        url.set_query(query);
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use dfns_protocol::api::wallets::{GetWallet, ListWallets};
    use dfns_protocol::{BaseUrl, Operation, Step, Token};

    use super::*;

    fn request<O: Operation>(context: &Context, operation: &O) -> Request {
        match context.start(operation).unwrap() {
            Step::Send(exchange) => exchange.request().clone(),
            _ => panic!("a call starts with a request"),
        }
    }

    #[test]
    fn an_url_is_what_parsing_it_makes_of_it() {
        for base in [
            "https://api.dfns.io",
            "https://API.dfns.io:443/gateway/v1/",
            "https://xn--bcher-kva.example:8443",
            "http://127.0.0.1:1/a",
            "http://[::1]:80",
        ] {
            let context = Context::new(BaseUrl::parse(base).unwrap());
            let context = context.with_token(Token::new("a-token").unwrap());
            let parsed = ParsedBase::new(&context);
            let mut list = ListWallets::new();
            list.pagination_token = Some("a/b?c#d&é ../".into());
            let requests = [
                request(&context, &ListWallets::new()),
                request(&context, &list),
                request(&context, &GetWallet::new("wa/..%2f?x#y\\é")),
            ];
            for request in requests {
                let url = parsed.url(&request).unwrap();
                assert_eq!(url, Url::parse(request.url()).unwrap());
                assert!(
                    url.as_str().ends_with(&request.url()[parsed.origin..]),
                    "{url}"
                );
            }
        }
    }
}
