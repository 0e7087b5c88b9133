use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use crate::from_json::FromJson;
use crate::json_reader::{JsonReader, Unreadable};
use crate::{Number, Token};

/// What a token says about itself: whose it is and until when it is good. See [`Token::claims`].
///
/// Nobody has checked the signature. These are hints for the token's holder, who trusts the service that handed it out;
/// they prove nothing about a token that somebody else presents.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claims {
    /// Who issued the token.
    pub issuer: Option<String>,
    /// Whom it is for.
    pub audience: Option<Audience>,
    /// Whose it is; the service names the organisation here.
    pub subject: Option<String>,
    /// When it expires, as it is written; see [`expires_at`](Self::expires_at).
    expires: Option<Number>,
    /// The user's name. `Debug` does not show it.
    pub username: Option<String>,
    /// What the service notes about the token.
    pub metadata: TokenMetadata,
}

/// What the service notes about a token. Fields that are not listed here are ignored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenMetadata {
    /// The user or service account.
    pub user_id: Option<String>,
    /// The organisation. A token for a whole tenant has none.
    pub org_id: Option<String>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The token's own id.
    pub token_id: Option<String>,
    /// What kind of token it is.
    pub token_kind: Option<String>,
}

/// Whom a token is for: one or several (RFC 7519 section 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Claims {
    /// When the token expires, as a Unix time in whole seconds. `None` when it does not say.
    pub fn expires_at(&self) -> Option<u64> {
        let text = self.expires.as_ref()?.as_str();
        if let Ok(seconds) = text.parse() {
            return Some(seconds);
        }
        // A number may have a fraction or an exponent (RFC 7519 section 2, `NumericDate`); one too large stays large.
        let seconds: f64 = text.parse().ok()?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast rounds down and stops at the ends, which is what is wanted"
        )]
        Some(seconds as u64)
    }

    /// Whether the token has expired at this Unix time in seconds. One that does not say when never does.
    pub fn is_expired_at(&self, now_unix_seconds: u64) -> bool {
        self.expires_at()
            .is_some_and(|expiry| expiry <= now_unix_seconds)
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("subject", &self.subject)
            .field("expires", &self.expires)
            .field(
                "username",
                &self.username.as_ref().map(|_| format_args!("[redacted]")),
            )
            .field("metadata", &self.metadata)
            .finish()
    }
}

impl Token {
    /// Reads what the token says about itself (a JSON Web Token, RFC 7519; Dfns documentation, page "Authentication"),
    /// without checking its signature.
    ///
    /// A token need not be readable to be used: to the protocol it is an opaque text.
    pub fn claims(&self) -> Result<Claims, UnreadableToken> {
        let mut segments = self.expose().split('.');
        let payload = segments.nth(1).ok_or(UnreadableToken::Opaque)?;
        let decoded = BASE64_URL.decode(payload).map(Zeroizing::new);
        let decoded = decoded.map_err(|_| UnreadableToken::Base64)?;
        let text = core::str::from_utf8(&decoded).map_err(|_| UnreadableToken::Claims)?;
        Claims::read(text).ok_or(UnreadableToken::Claims)
    }
}

impl Claims {
    fn read(text: &str) -> Option<Self> {
        const NAMES: [&str; 6] = [
            "iss",
            "aud",
            "sub",
            "exp",
            "https://custom/username",
            "https://custom/app_metadata",
        ];
        let (mut of, mut expires) = (Self::default(), None);
        let read = JsonReader::read(text, |json| {
            json.object(&NAMES, 0, &mut |json, member| {
                match member {
                    0 => of.issuer = FromJson::from_json(json)?,
                    1 => of.audience = Audience::read_or_null(json)?,
                    2 => of.subject = FromJson::from_json(json)?,
                    3 if json.null()? => {}
                    3 => expires = Some(json.skip()?),
                    4 => of.username = FromJson::from_json(json)?,
                    _ => of.metadata = TokenMetadata::read(json)?,
                }
                Ok(())
            })
        });
        read.ok()?;
        of.expires = expires.map(str::parse).transpose().ok()?;
        Some(of)
    }
}

impl TokenMetadata {
    fn read(json: &mut JsonReader<'_>) -> Result<Self, Unreadable> {
        const NAMES: [&str; 5] = ["userId", "orgId", "tenantId", "tokenId", "tokenKind"];
        let mut of = Self::default();
        json.object(&NAMES, 0, &mut |json, member| {
            let field = match member {
                0 => &mut of.user_id,
                1 => &mut of.org_id,
                2 => &mut of.tenant_id,
                3 => &mut of.token_id,
                _ => &mut of.token_kind,
            };
            *field = FromJson::from_json(json)?;
            Ok(())
        })?;
        Ok(of)
    }
}

impl Audience {
    fn read_or_null(json: &mut JsonReader<'_>) -> Result<Option<Self>, Unreadable> {
        if json.peek() != Some(b'[') {
            return Option::from_json(json).map(|one| one.map(Self::One));
        }
        Vec::from_json(json).map(|several| Some(Self::Several(several)))
    }
}

/// A token whose claims cannot be read. It can be a good one all the same. Nothing of it is repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnreadableToken {
    /// It has no second segment.
    Opaque,
    /// The second segment is not base64url.
    Base64,
    /// The second segment is not a JSON object with claims of the right types.
    Claims,
}

impl fmt::Display for UnreadableToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the claims of the token cannot be read: ")?;
        f.write_str(match self {
            UnreadableToken::Opaque => {
                "it has no segments divided by dots, as a JSON Web Token has"
            }
            UnreadableToken::Base64 => "its second segment is not base64url",
            UnreadableToken::Claims => "its second segment is not the JSON of claims",
        })
    }
}

impl core::error::Error for UnreadableToken {}

/// Tokens are written without padding; one with it means the same.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);
