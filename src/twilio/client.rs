// replaced by branch twilio
use crate::{app::gateway::*, config::TwilioConfig};
use futures::future::BoxFuture;
pub struct TwilioClient;
impl TwilioClient {
    pub fn new(_: &TwilioConfig) -> Result<Self, String> {
        Ok(Self)
    }
}
impl Gateway for TwilioClient {
    fn send<'a>(&'a self, _: &'a Outbound) -> BoxFuture<'a, Result<ProviderMessage, GatewayError>> {
        Box::pin(async {
            Err(GatewayError::Retry {
                reason: String::new(),
                after: None,
            })
        })
    }
    fn fetch<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<ProviderMessage>, GatewayError>> {
        Box::pin(async { Ok(None) })
    }
    fn list<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ProviderPage, GatewayError>> {
        Box::pin(async { Ok(ProviderPage::default()) })
    }
}
