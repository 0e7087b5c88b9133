//! No number and no free-form JSON is altered by a round trip.
#![cfg(feature = "full")]

use dfns_protocol::api::keys::GenerateSignatureRequest;
use dfns_protocol::api::wallets::TransactionEip1559;
use dfns_protocol::{Json, Number, NumberOrString};

#[test]
fn a_number_is_written_as_it_was_read() {
    for text in [
        "0",
        "-0",
        "1",
        "1.0",
        "0.1",
        "1e400",
        "-1E-7",
        "18446744073709551616",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935",
        "0.30000000000000004440892098500626",
    ] {
        let number: Number = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&number).unwrap(), text);
        assert_eq!(number.as_str(), text);
        assert_eq!(text.parse(), Ok(number));
    }
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "", "1.", "01", "+1", "NaN", "Infinity", "0x1", "1 ", " 1", "\"1\"", "1 2", "null", "[1]",
    ] {
        assert!(text.parse::<Number>().is_err(), "{text:?}");
    }
    for text in ["\"1\"", "null", "true", "[1]", "{}"] {
        assert!(serde_json::from_str::<Number>(text).is_err(), "{text:?}");
    }
    assert!(Number::try_from(f64::NAN).is_err());
    assert!(Number::try_from(f64::INFINITY).is_err());
}

#[test]
fn numbers_convert_without_rounding() {
    assert_eq!(Number::from(u128::MAX).as_str(), u128::MAX.to_string());
    assert_eq!(Number::from(i64::MIN).as_i64(), Some(i64::MIN));
    assert_eq!(Number::from(u64::MAX).as_u64(), Some(u64::MAX));
    assert_eq!(Number::from(u64::MAX).as_i64(), None);
    assert_eq!(Number::try_from(0.1).unwrap().as_f64(), Some(0.1));
    assert_eq!("1e400".parse::<Number>().unwrap().as_f64(), None);
    assert_eq!("1.0".parse::<Number>().unwrap().as_i64(), None);
}

#[test]
fn a_number_or_string_keeps_its_form() {
    for text in ["7", "\"7\"", "\"0x7\"", "1.50"] {
        let value: NumberOrString = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }
    assert!(serde_json::from_str::<NumberOrString>("null").is_err());
    assert!(serde_json::from_str::<NumberOrString>("{}").is_err());
    assert_eq!(
        NumberOrString::from(7),
        serde_json::from_value(7.into()).unwrap()
    );
}

#[test]
fn free_form_json_is_kept_to_the_byte() {
    let text = r#"{"b":1, "a" : 115792089237316195423570985008687907853269984665640564039457584007913129639935,"b":2}"#;
    let json: Json = serde_json::from_str(&format!("  {text}\n")).unwrap();
    assert_eq!(json.get(), text);
    assert_eq!(
        serde_json::to_string(&[&json]).unwrap(),
        format!("[{text}]")
    );
    assert_eq!(json, text.parse().unwrap());
    assert_eq!(format!("{json:?}"), format!("Json([{} bytes])", text.len()));
}

#[test]
fn typed_data_is_signed_as_it_was_given() {
    let text = r#"{"kind":"Eip712","types":{"P":[{"name":"n","type":"uint256"}]},"domain":{"chainId":1},"message":{"n":99999999999999999999999999.0, "z":1,"a":2}}"#;
    let request: GenerateSignatureRequest = serde_json::from_str(text).unwrap();
    assert!(matches!(request, GenerateSignatureRequest::Eip712(_)));
    assert_eq!(serde_json::to_string(&request).unwrap(), text);
}

#[test]
fn json_comes_from_values_and_goes_to_types() {
    let json = Json::from(serde_json::json!({"a": [1, null]}));
    assert_eq!(json.get(), r#"{"a":[1,null]}"#);
    assert_eq!(json.parse::<serde_json::Value>().unwrap()["a"][0], 1);
    assert_eq!(Json::new(&[1, 2]).unwrap().get(), "[1,2]");
    assert_eq!(Json::default().get(), "null");
    assert!("{".parse::<Json>().is_err());
    let transaction: TransactionEip1559 = serde_json::from_str(r#"{"nonce":"0x1"}"#).unwrap();
    assert_eq!(transaction.nonce, Some("0x1".into()));
}
