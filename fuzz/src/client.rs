mod server;

use dfns_client::CallErrorKind;
use dfns_client::ureq::Client;
use dfns_protocol::api::policies::DeletePolicy;
use dfns_protocol::api::wallets::{CreateWallet, GetWallet, Network, UpdateWallet};
use dfns_protocol::{
    Assertion, Auth, BaseUrl, Challenge, Context, Happened, KeyAssertion, Method, Operation, Token,
};

use crate::calls::TOKEN;
use crate::input::Input;
use server::Server;

/// Whatever a server sends and wherever it stops, a whole client ends in an output or a typed error, sends the action at
/// most once and to that server alone, and its claim about the action is true of what the server has seen.
pub fn client(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    match input.byte() % 4 {
        0 => call(&CreateWallet::new(Network::EthereumSepolia), input),
        1 => call(&UpdateWallet::new("wa-1"), input),
        2 => call(&DeletePolicy::new("po-1"), input),
        _ => call(&GetWallet::new("wa-1"), input),
    }
}

fn call<O: Operation>(operation: &O, input: Input<'_>) {
    let context = Context::new(BaseUrl::parse("http://127.0.0.1:1").expect("a URL"))
        .with_token(Token::new(TOKEN).expect("a token"))
        .with_response_limit(4096);
    let server = Server::new(input);
    let client = Client::new(context)
        .with_agent(server.agent())
        .with_signer(|_: &Challenge| {
            let assertion = KeyAssertion::from_bytes("cr-1", b"{}", b"signature");
            Ok(Assertion::from(assertion))
        });
    let result = client.call(operation);
    let seen = server.seen();

    let path = operation.encode().expect("a path").path().to_owned();
    let (mut acts, mut others) = (0, 0);
    for request in &seen.requests {
        assert_eq!(request.host, "127.0.0.1:1");
        assert_eq!(
            request.authorization.as_deref(),
            Some(&*format!("Bearer {TOKEN}"))
        );
        let is_action = request.path == path && request.method == O::METHOD.as_str();
        assert_eq!(
            request.has_user_action,
            is_action && O::AUTH == Auth::UserAction
        );
        *(if is_action { &mut acts } else { &mut others }) += 1;
    }
    assert!(acts <= 1, "the action was sent {acts} times");
    assert!(others <= if O::AUTH == Auth::UserAction { 2 } else { 0 });
    let Err(error) = result else {
        return assert_eq!(acts, 1, "an output without its action");
    };
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(TOKEN), "the token: {shown}");
    match error.happened() {
        _ if O::METHOD == Method::Get => assert_eq!(error.happened(), Happened::Never),
        Happened::Certainly => assert_eq!(acts, 1, "certainly, and nobody saw it: {error}"),
        Happened::Never => {
            // The action reached the server and did not happen only if the server said so.
            let refused = error.refusal().map(|refusal| refusal.status);
            let cut_short = matches!(error.kind(), CallErrorKind::Transport(_));
            let refused = refused.is_some_and(|status| (400..500).contains(&status));
            assert!(
                acts == 0 || refused || cut_short && seen.said_4xx,
                "{error} {error:?}"
            );
        }
        Happened::Unknown => {}
    }
}
