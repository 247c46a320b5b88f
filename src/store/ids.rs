//! Lets queries take and give our typed ids where the column is a `uuid`.

use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef},
};
use uuid::Uuid;

use crate::domain::ids::{
    BulkId, CampaignId, DealerId, DopRateId, DriveId, ImportId, InboundId, MediaId, MessageId, PartId,
    PauseId, ProofId, QuickId, RateId, RequestId, ThreadId, TokenId, UserId, VehicleId,
};

macro_rules! uuid_column {
    ($($id:ty),+ $(,)?) => {$(
        impl Type<Postgres> for $id {
            fn type_info() -> PgTypeInfo {
                <Uuid as Type<Postgres>>::type_info()
            }
        }

        impl<'q> Encode<'q, Postgres> for $id {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                <Uuid as Encode<Postgres>>::encode_by_ref(&self.0, buffer)
            }
        }

        impl<'r> Decode<'r, Postgres> for $id {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                <Uuid as Decode<Postgres>>::decode(value).map(Self)
            }
        }
    )+};
}

uuid_column!(
    BulkId, CampaignId, DealerId, DopRateId, DriveId, ImportId, InboundId, MediaId, MessageId, PartId,
    PauseId, ProofId, QuickId, RateId, RequestId, ThreadId, TokenId, UserId, VehicleId,
);
