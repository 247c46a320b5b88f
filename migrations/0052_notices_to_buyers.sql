-- What OKLA says to a buyer on a dealer's account: his test drive, an answer that waits for him. The number that it goes to is not
-- the dealer's to know. OKLA writes on his account to nobody but him and his buyers, and of interest and listings only to him.
create function is_notice_to_buyer(m messages) returns boolean language sql stable parallel safe
return m.sender_id = '00000000-0000-7000-8000-00000000000a' and m.dealer_id is not null
    and m.kind not in ('new_interest', 'listing_expiry')
    and not exists (select from dealers d where d.id = m.dealer_id and d.phone = m.to_phone);

-- Nor is it found by its digits.
update message_words w set to_phone = '' from messages m where m.id = w.message_id and is_notice_to_buyer(m);
